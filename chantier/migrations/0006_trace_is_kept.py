"""On PostgreSQL the database itself refuses to change the trace, or to delete what is younger than two years."""

from django.db import migrations

KEEP = """
CREATE FUNCTION chantier_trace_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.at < now() - interval '730 days' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'the trace is only added to';
END $$;
CREATE TRIGGER chantier_trace_is_kept BEFORE UPDATE OR DELETE ON chantier_traceentry
    FOR EACH ROW EXECUTE FUNCTION chantier_trace_is_kept();
"""
FORGET = "DROP TRIGGER chantier_trace_is_kept ON chantier_traceentry; DROP FUNCTION chantier_trace_is_kept();"


def on_postgresql(statements):
    def run(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(statements)

    return run


class Migration(migrations.Migration):
    dependencies = [("chantier", "0005_trace_consents_invitations")]
    operations = [migrations.RunPython(on_postgresql(KEEP), on_postgresql(FORGET))]
