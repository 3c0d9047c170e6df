"""The queue of one partner is read by an index, in its order."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("exchange", "0005_reconciling")]

    operations = [
        migrations.AddIndex(
            model_name="outbox",
            index=models.Index(fields=["state", "recipient", "message"], name="exchange_outbox_queue"),
        )
    ]
