"""The WSGI entrance: what a server loads."""

from karavan import create_app

app = create_app()
