import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("requests", "0002_seals"),
    ]

    operations = [
        migrations.CreateModel(
            name="LawRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=12)),
                ("key", models.CharField(max_length=80)),
                ("value", models.JSONField(null=True)),
                ("due", models.DateField(null=True)),
                (
                    "act",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="recorded",
                        to="requests.domesticact",
                    ),
                ),
                (
                    "dossier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="law_records",
                        to="requests.dossier",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="lawrecord",
            index=models.Index(fields=["dossier", "kind"], name="requests_law_record_kind"),
        ),
        migrations.AddIndex(
            model_name="lawrecord",
            index=models.Index(fields=["due"], name="requests_law_record_due"),
        ),
    ]
