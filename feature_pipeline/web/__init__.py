"""Reading the web: feeds, sitemaps and pages, apart from how they are fetched."""
