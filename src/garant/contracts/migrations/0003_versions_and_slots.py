"""Versions never change, and no contact beyond the contract's limit: kept by the database, whoever speaks SQL."""

from django.db import migrations

VERSIONS = ("contracts_programmeversion", "contracts_packageversion", "contracts_calendarversion")

IMMUTABLE = """
CREATE FUNCTION contracts_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    RAISE EXCEPTION '% is immutable: % refused; add a new version instead', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation';
END
$body$;
"""

# The slot's trigger reads the limit under a share lock: a limit that is being lowered at the same moment waits for
# the new contact or is seen by it, so the two can't pass each other.
SLOTS = """
CREATE FUNCTION contracts_check_slot() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
    allowed integer;
    owner bigint;
BEGIN
    SELECT contact_limit, subscriber_id INTO allowed, owner
        FROM contracts_contract WHERE id = NEW.contract_id FOR SHARE;
    IF owner IS DISTINCT FROM NEW.subscriber_id THEN
        RAISE EXCEPTION 'contact slot: subscriber % does not hold contract %', NEW.subscriber_id, NEW.contract_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'slot_of_its_subscriber';
    END IF;
    IF NEW.number > allowed AND (TG_OP = 'INSERT' OR NEW.person_id IS NOT NULL OR NEW.number <> OLD.number
                                 OR NEW.contract_id <> OLD.contract_id) THEN
        RAISE EXCEPTION 'contact slot %: contract % allows %; replace a contact or raise the limit',
            NEW.number, NEW.contract_id, allowed
            USING ERRCODE = 'check_violation', CONSTRAINT = 'slot_within_limit';
    END IF;
    RETURN NEW;
END
$body$;
CREATE TRIGGER contracts_contactslot_within_limit BEFORE INSERT OR UPDATE ON contracts_contactslot
    FOR EACH ROW EXECUTE FUNCTION contracts_check_slot();

CREATE FUNCTION contracts_check_limit() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
    highest integer;
BEGIN
    IF NEW.subscriber_id <> OLD.subscriber_id THEN
        RAISE EXCEPTION 'contract %: its subscriber never changes; sign a new contract', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'contract_keeps_subscriber';
    END IF;
    SELECT max(number) INTO highest FROM contracts_contactslot
        WHERE contract_id = NEW.id AND person_id IS NOT NULL;
    IF NEW.contact_limit < highest THEN
        RAISE EXCEPTION 'contract %: slot % holds a contact; empty it before the limit becomes %',
            NEW.id, highest, NEW.contact_limit
            USING ERRCODE = 'check_violation', CONSTRAINT = 'limit_above_contacts';
    END IF;
    RETURN NEW;
END
$body$;
CREATE TRIGGER contracts_contract_limit BEFORE UPDATE OF contact_limit, subscriber_id ON contracts_contract
    FOR EACH ROW EXECUTE FUNCTION contracts_check_limit();
"""


def immutable(table: str) -> str:
    """The triggers of one table: by row, and for TRUNCATE by statement."""
    return f"""
    CREATE TRIGGER {table}_immutable BEFORE UPDATE OR DELETE ON {table}
        FOR EACH ROW EXECUTE FUNCTION contracts_refuse_change();
    CREATE TRIGGER {table}_never_truncated BEFORE TRUNCATE ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION contracts_refuse_change();
    """


class Migration(migrations.Migration):
    dependencies = [("contracts", "0002_calendars_by_version")]

    operations = [
        migrations.RunSQL(
            IMMUTABLE + "".join(immutable(table) for table in VERSIONS) + SLOTS,
            "".join(f"DROP TRIGGER {t}_immutable ON {t}; DROP TRIGGER {t}_never_truncated ON {t};" for t in VERSIONS)
            + "DROP FUNCTION contracts_refuse_change();"
            "DROP TRIGGER contracts_contactslot_within_limit ON contracts_contactslot;"
            "DROP TRIGGER contracts_contract_limit ON contracts_contract;"
            "DROP FUNCTION contracts_check_slot(); DROP FUNCTION contracts_check_limit();",
        )
    ]
