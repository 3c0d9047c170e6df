from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("requests", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="document",
            name="seal_state",
            field=models.CharField(blank=True, max_length=20),
        ),
        migrations.AddField(
            model_name="document",
            name="seal_detail",
            field=models.CharField(blank=True, max_length=400),
        ),
        migrations.AddField(
            model_name="document",
            name="seal_trust",
            field=models.CharField(blank=True, max_length=64),
        ),
    ]
