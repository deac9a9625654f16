"""How exports, services and programs write what sources read: files apart, markup and records into posts' fields."""
