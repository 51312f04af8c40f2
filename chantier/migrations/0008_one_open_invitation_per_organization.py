"""An address may be invited by several organisations, none of which learns of the others."""

from django.db import migrations, models
from django.db.models import Q
from django.db.models.functions import Lower


class Migration(migrations.Migration):
    dependencies = [("chantier", "0007_coordination_reads_trace_and_invitations")]
    operations = [
        migrations.RemoveConstraint("invitation", "invitation_one_open_per_address"),
        migrations.AddConstraint(
            "invitation",
            models.UniqueConstraint(
                Lower("email"),
                "organization",
                condition=Q(accepted_at=None, withdrawn_at=None),
                name="invitation_one_open_per_address_and_organization",
                violation_error_message="Cette personne a déjà une invitation : envoyez-la de nouveau ou retirez-la.",
            ),
        ),
    ]
