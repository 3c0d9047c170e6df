from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('authorities', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='authority',
            name='seal_certificate',
            field=models.TextField(blank=True),
        ),
    ]
