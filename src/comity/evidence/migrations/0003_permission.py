from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("evidence", "0002_letters"),
    ]

    operations = [
        migrations.AddField(
            model_name="release",
            name="permission",
            field=models.CharField(blank=True, max_length=2000),
        ),
    ]
