"""HTTP/1.1 on uvloop and httptools: a server side, a client side and nothing in between."""
