"""When an event cannot happen."""


class Refusal(Exception):
    """An event that cannot happen now; its message is a French sentence for the person who asked."""
