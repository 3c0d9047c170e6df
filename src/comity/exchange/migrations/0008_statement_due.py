"""Each queued message has the time at which it is looked at next; of a ledger it is known how far it was looked at."""

import django.db.models.deletion
from django.db import migrations, models

QUEUED = """
    INSERT INTO exchange_statementdue (message_id, at)
    SELECT message.position, message.stored_at
    FROM exchange_storedmessage AS message JOIN exchange_outbox AS queued ON queued.message_id = message.position
    WHERE message.direction = 'out'
    AND message.type NOT IN ('authority.keys-succeeded', 'authority.card-renewed', 'exchange.messages-retrieved')
"""


class Migration(migrations.Migration):
    dependencies = [("exchange", "0007_turned_away")]

    operations = [
        migrations.CreateModel(
            name="StatementDue",
            fields=[
                (
                    "message",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="due",
                        serialize=False,
                        to="exchange.storedmessage",
                    ),
                ),
                ("at", models.DateTimeField(db_index=True)),
            ],
            options={"abstract": False},
        ),
        migrations.CreateModel(
            name="Looked",
            fields=[
                ("holder", models.CharField(max_length=15, primary_key=True, serialize=False)),
                ("lines", models.PositiveBigIntegerField()),
            ],
        ),
        migrations.RunSQL(QUEUED, migrations.RunSQL.noop),
    ]
