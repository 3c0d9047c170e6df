"""What is over a partner's limit is counted by the hour."""

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
                ("refused", models.PositiveIntegerField()),
                ("entered", models.PositiveIntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("partner", "hour"), name="exchange_turned_away_once")
                ]
            },
        )
    ]
