daemon {
  public_url = "https://tandem.example.com"
}
