from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("authorities", "0003_succession")]

    operations = [
        migrations.AddField("officer", "session_round", models.PositiveIntegerField(default=0)),
    ]
