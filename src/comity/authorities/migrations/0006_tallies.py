from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("authorities", "0005_directory")]

    operations = [
        migrations.CreateModel(
            name="Tally",
            fields=[
                ("key", models.CharField(max_length=80, primary_key=True, serialize=False)),
                ("since", models.BigIntegerField()),
                ("count", models.IntegerField()),
            ],
        ),
    ]
