#!/usr/bin/env python
"""Command line of the portal."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ecpar_portal.settings")
    from django.core.management import execute_from_command_line  # only once the settings are named

    execute_from_command_line(sys.argv)
