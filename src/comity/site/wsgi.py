"""The entry point of the web listener."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "comity.site.settings")
application = get_wsgi_application()
