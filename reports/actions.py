"""What happens to reports."""


def produce(report_id: str) -> None:
    """Make the file of a report."""
