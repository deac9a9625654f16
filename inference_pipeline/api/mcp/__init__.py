"""The Model Context Protocol: what the HTTP API answers, for programs that give tools and resources to a model.

Nothing is answered here by itself: each tool and resource is a request to the app's own routes, from within, by the
caller who was let in. So keys, scopes, authors, limits and the words of errors are those of the API.
"""
