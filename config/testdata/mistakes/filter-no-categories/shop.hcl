source "plain" "list" {
  url     = "https://list.example.com"
  api_key = env("PM_API_KEY")
}

source "plain" "other" {
  url     = "https://other.example.com"
  api_key = env("PM_API_KEY")
}

pipeline "products" {
  left      = source.plain.list
  right     = source.plain.other
  direction = "to_other"

  filter {
    categories = ["Clothing/**"]
  }
  mapping {
    defaults = true
    without  = ["images[0].url"]
  }
}
