"""Who else writes on a case is looked up by the place of their drafts."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0005_ladders"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.AddIndex(model_name="draft", index=models.Index(fields=["place"], name="draft_by_place")),
    ]
