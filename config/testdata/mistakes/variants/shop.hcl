source "family" "here" {
  url     = "https://here.example.com"
  api_key = env("PM_API_KEY")
}

source "family" "there" {
  url     = "https://there.example.com"
  api_key = env("PM_API_KEY")
}

source "family" "elsewhere" {
  url     = "https://elsewhere.example.com"
  api_key = env("PM_API_KEY")
}

# Variants name their parent by its SKU, which pairs nothing here.
pipeline "by-ean" {
  left     = source.family.there
  right    = source.family.elsewhere
  variants = "linked"
  match    = ["ean"]
  mapping {
    defaults = true
    without  = ["images[0].url"]
  }
}

# Two pipelines of one source, of which one links its variants.
pipeline "linked" {
  left     = source.family.here
  right    = source.family.there
  variants = "linked"
  mapping {
    defaults = true
    without  = ["images[0].url"]
  }
}

pipeline "not-linked" {
  left  = source.family.here
  right = source.family.elsewhere
  mapping {
    defaults = true
    without  = ["images[0].url"]
  }
}
