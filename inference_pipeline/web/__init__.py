"""The page: HTML, CSS and ES modules, served as they are by `api/routes/page.py`. There is no build step."""
