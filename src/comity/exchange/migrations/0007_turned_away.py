"""What is refused in numbers is counted by the hour."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("exchange", "0006_queue")]

    operations = [
        migrations.CreateModel(
            name="TurnedAway",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("partner", models.CharField(max_length=15)),
                ("hour", models.DateTimeField()),
                (
                    "surplus",
                    models.CharField(
                        max_length=20, choices=[("over-limit", "over-limit"), ("unproved", "unproved")]
                    ),
                ),
                ("refused", models.PositiveIntegerField()),
                ("entered", models.PositiveIntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("partner", "hour", "surplus"), name="exchange_turned_away_once")
                ]
            },
        )
    ]
