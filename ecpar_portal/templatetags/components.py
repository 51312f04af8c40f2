"""Components, called by name in every template."""

from django import template

register = template.Library()
