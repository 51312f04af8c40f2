"""What a browser says of itself, in words that its owner recognises."""

from django import template

register = template.Library()

# In this order: Edge says that it is Chrome too, and Chrome that it is Safari.
BROWSERS = {"Edg": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari"}
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Mac OS X": "Mac",
    "CrOS": "Chromebook",
    "Linux": "Linux",
}


@register.filter
def device(user_agent: str) -> str:
    """Name the browser and the system of a `User-Agent`; what says nothing known stays an unknown device."""
    browser = next((name for mark, name in BROWSERS.items() if mark in user_agent), "")
    system = next((name for mark, name in SYSTEMS.items() if mark in user_agent), "")
    return ", ".join(filter(None, [browser, system])) or "Appareil inconnu"
