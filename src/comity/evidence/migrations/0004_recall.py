import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("evidence", "0003_permission"),
    ]

    operations = [
        migrations.CreateModel(
            name="Source",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.CharField(max_length=120)),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="made_from", to="evidence.item"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["source"], name="evidence_source_of")],
                "constraints": [models.UniqueConstraint(fields=("item", "source"), name="evidence_source_once")],
            },
        ),
        migrations.CreateModel(
            name="Recall",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("holder", models.CharField(max_length=15)),
                ("recall", models.CharField(max_length=120)),
                ("dossier", models.CharField(max_length=120)),
                ("own", models.BooleanField()),
                ("kind", models.CharField(max_length=10)),
                ("demand", models.CharField(blank=True, max_length=10)),
                ("reason", models.JSONField(default=dict)),
                ("provision", models.CharField(blank=True, max_length=300)),
                ("answer_by", models.DateField()),
                ("handling", models.CharField(blank=True, max_length=2)),
                ("conditions", models.JSONField(default=list)),
                ("digest", models.CharField(max_length=64)),
                ("state", models.CharField(max_length=10)),
                ("message", models.CharField(blank=True, max_length=64)),
                ("since", models.DateTimeField()),
                ("proposed_by", models.CharField(blank=True, max_length=60)),
                ("decided_by", models.CharField(blank=True, max_length=60)),
                ("decided_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["dossier", "holder"], name="evidence_recall_dossier")],
                "constraints": [models.UniqueConstraint(fields=("holder", "recall"), name="evidence_recall_once")],
            },
        ),
        migrations.CreateModel(
            name="RecalledItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("item", models.CharField(max_length=120)),
                ("digest", models.CharField(blank=True, max_length=64)),
                ("outcome", models.CharField(blank=True, max_length=20)),
                ("told", models.JSONField(default=dict)),
                ("answer", models.CharField(blank=True, max_length=64)),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "recall",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="items", to="evidence.recall"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["item"], name="evidence_recalled_item")],
                "constraints": [models.UniqueConstraint(fields=("recall", "item"), name="evidence_recalled_once")],
            },
        ),
    ]
