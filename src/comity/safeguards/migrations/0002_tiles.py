from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("safeguards", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="LedgerTile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("authority", models.CharField(max_length=15)),
                ("level", models.PositiveSmallIntegerField()),
                ("index", models.PositiveBigIntegerField()),
                ("hashes", models.BinaryField(max_length=8192)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("authority", "level", "index"), name="ledger_tile_place")
                ],
            },
        ),
    ]
