CREATE TABLE audit_head (
    organisation TEXT NOT NULL,
    seq INTEGER NOT NULL,
    hash TEXT NOT NULL,
    CONSTRAINT pk_audit_head PRIMARY KEY (organisation)
)
 STRICT;

CREATE TABLE audit_log (
    organisation TEXT NOT NULL,
    seq INTEGER NOT NULL,
    prev TEXT NOT NULL,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    database_user TEXT,
    origin TEXT NOT NULL,
    request TEXT,
    action TEXT NOT NULL,
    object TEXT NOT NULL,
    version INTEGER,
    reason TEXT NOT NULL,
    body TEXT NOT NULL,
    hash TEXT NOT NULL,
    key_id TEXT NOT NULL,
    mac TEXT NOT NULL,
    CONSTRAINT pk_audit_log PRIMARY KEY (organisation, seq),
    CONSTRAINT uq_audit_log_organisation_object_version UNIQUE (organisation, object, version)
)
 STRICT;

CREATE INDEX ix_audit_log_organisation_request ON audit_log (organisation, request);

CREATE TABLE counter (
    organisation TEXT NOT NULL,
    name TEXT NOT NULL,
    n INTEGER NOT NULL,
    CONSTRAINT pk_counter PRIMARY KEY (organisation, name)
)
 STRICT;

CREATE TABLE currency_use (
    organisation TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    currency TEXT NOT NULL,
    exponent INTEGER NOT NULL,
    CONSTRAINT pk_currency_use PRIMARY KEY (organisation, id),
    CONSTRAINT uq_currency_use_organisation_currency UNIQUE (organisation, currency),
    CONSTRAINT ck_currency_use_version CHECK (version >= 1)
)
 STRICT;

CREATE TABLE feature (
    organisation TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    name TEXT NOT NULL,
    enabled INTEGER NOT NULL,
    roles TEXT NOT NULL,
    percentage INTEGER NOT NULL,
    CONSTRAINT pk_feature PRIMARY KEY (organisation, id),
    CONSTRAINT uq_feature_organisation_name UNIQUE (organisation, name),
    CONSTRAINT ck_feature_percentage CHECK (percentage BETWEEN 0 AND 100),
    CONSTRAINT ck_feature_version CHECK (version >= 1),
    CONSTRAINT ck_feature_enabled CHECK (enabled IN (0, 1))
)
 STRICT;

CREATE TABLE import_run (
    organisation TEXT NOT NULL,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    file_hash TEXT NOT NULL,
    state TEXT NOT NULL,
    rows INTEGER NOT NULL,
    started_by TEXT NOT NULL,
    started_at TEXT NOT NULL,
    CONSTRAINT pk_import_run PRIMARY KEY (organisation, id),
    CONSTRAINT uq_import_run_organisation_kind_file_hash UNIQUE (organisation, kind, file_hash),
    CONSTRAINT ck_import_run_state CHECK (state IN ('checked', 'staged', 'done'))
)
 STRICT;

CREATE TABLE job (
    organisation TEXT NOT NULL,
    name TEXT NOT NULL,
    schedule TEXT NOT NULL,
    enabled INTEGER NOT NULL,
    lease TEXT,
    lease_until TEXT,
    last_run_at TEXT,
    next_run_at TEXT NOT NULL,
    CONSTRAINT pk_job PRIMARY KEY (organisation, name),
    CONSTRAINT ck_job_enabled CHECK (enabled IN (0, 1))
)
 STRICT;

CREATE TABLE ledger_head (
    organisation TEXT NOT NULL,
    seq INTEGER NOT NULL,
    CONSTRAINT pk_ledger_head PRIMARY KEY (organisation)
)
 STRICT;

CREATE TABLE membership (
    login TEXT NOT NULL,
    organisation TEXT NOT NULL,
    CONSTRAINT pk_membership PRIMARY KEY (login, organisation)
)
 STRICT;

CREATE TABLE organisation (
    organisation TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    name TEXT NOT NULL,
    currency TEXT NOT NULL,
    locale TEXT NOT NULL,
    zone TEXT NOT NULL,
    production INTEGER NOT NULL,
    CONSTRAINT pk_organisation PRIMARY KEY (organisation, id),
    CONSTRAINT ck_organisation_version CHECK (version >= 1),
    CONSTRAINT ck_organisation_production CHECK (production IN (0, 1))
)
 STRICT;

CREATE TABLE personal_value (
    organisation TEXT NOT NULL,
    digest TEXT NOT NULL,
    object TEXT NOT NULL,
    salt TEXT NOT NULL,
    value TEXT NOT NULL,
    CONSTRAINT pk_personal_value PRIMARY KEY (organisation, digest)
)
 STRICT;

CREATE INDEX ix_personal_value_organisation_object ON personal_value (organisation, object);

CREATE TABLE request (
    organisation TEXT NOT NULL,
    id TEXT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    params TEXT NOT NULL,
    result TEXT,
    at TEXT NOT NULL,
    CONSTRAINT pk_request PRIMARY KEY (organisation, id)
)
 STRICT;

CREATE INDEX ix_request_organisation_at ON request (organisation, at);

CREATE TABLE setting (
    organisation TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    CONSTRAINT pk_setting PRIMARY KEY (organisation, id),
    CONSTRAINT uq_setting_organisation_name UNIQUE (organisation, name),
    CONSTRAINT ck_setting_version CHECK (version >= 1)
)
 STRICT;

CREATE TABLE store_meta (
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    CONSTRAINT pk_store_meta PRIMARY KEY (name)
)
 STRICT;

CREATE TABLE summary_moved (
    organisation TEXT NOT NULL,
    entity TEXT NOT NULL,
    currency TEXT NOT NULL,
    booked_on TEXT NOT NULL,
    kind TEXT NOT NULL,
    amount INTEGER NOT NULL,
    entries INTEGER NOT NULL,
    CONSTRAINT pk_summary_moved PRIMARY KEY (organisation, entity, currency, booked_on, kind),
    CONSTRAINT ck_summary_moved_kind CHECK (kind IN ('invoice_issued', 'credit_note_issued', 'void', 'money_recorded', 'deposit', 'provider_payment', 'provider_fee', 'payout', 'allocation', 'unallocation', 'credit_used', 'credit_unused', 'turned_into_credit', 'promised_back', 'refund', 'refund_returned', 'payment_returned', 'dispute_withdrawn', 'dispute_won', 'dispute_lost', 'write_off', 'short_payment', 'over_payment', 'late_fee', 'withholding', 'exchanged_out', 'exchanged_in', 'exchange_difference', 'reversal'))
)
 STRICT;

CREATE TABLE summary_open (
    organisation TEXT NOT NULL,
    entity TEXT NOT NULL,
    currency TEXT NOT NULL,
    due_on TEXT NOT NULL,
    amount INTEGER NOT NULL,
    CONSTRAINT pk_summary_open PRIMARY KEY (organisation, entity, currency, due_on)
)
 STRICT;

CREATE TABLE app_user (
    organisation TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    login TEXT NOT NULL,
    name TEXT NOT NULL,
    roles TEXT NOT NULL,
    disabled_at TEXT,
    password TEXT NOT NULL,
    failures INTEGER NOT NULL,
    retry_at TEXT,
    public_key TEXT NOT NULL,
    CONSTRAINT pk_app_user PRIMARY KEY (organisation, id),
    CONSTRAINT uq_app_user_organisation_login UNIQUE (organisation, login),
    CONSTRAINT fk_app_user_organisation_organisation FOREIGN KEY(organisation, organisation) REFERENCES organisation (organisation, id),
    CONSTRAINT ck_app_user_version CHECK (version >= 1)
)
 STRICT;

CREATE TABLE customer (
    organisation TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    number TEXT NOT NULL,
    name TEXT NOT NULL,
    parent TEXT,
    currency TEXT NOT NULL,
    terms TEXT NOT NULL,
    credit_limit INTEGER,
    delivery TEXT NOT NULL,
    language TEXT NOT NULL,
    addresses TEXT NOT NULL,
    contacts TEXT NOT NULL,
    tax_ids TEXT NOT NULL,
    allocations TEXT NOT NULL,
    brakes TEXT NOT NULL,
    tags TEXT NOT NULL,
    meta_data TEXT NOT NULL,
    merged_into TEXT,
    archived_at TEXT,
    sort_name TEXT NOT NULL,
    sort_number TEXT NOT NULL,
    skeleton TEXT NOT NULL,
    created_at TEXT NOT NULL,
    CONSTRAINT pk_customer PRIMARY KEY (organisation, id),
    CONSTRAINT uq_customer_organisation_number UNIQUE (organisation, number),
    CONSTRAINT ck_customer_parent CHECK (parent <> id),
    CONSTRAINT ck_customer_merged_into CHECK (merged_into <> id),
    CONSTRAINT fk_customer_organisation_organisation FOREIGN KEY(organisation, organisation) REFERENCES organisation (organisation, id),
    CONSTRAINT fk_customer_organisation_parent FOREIGN KEY(organisation, parent) REFERENCES customer (organisation, id),
    CONSTRAINT fk_customer_organisation_merged_into FOREIGN KEY(organisation, merged_into) REFERENCES customer (organisation, id),
    CONSTRAINT ck_customer_version CHECK (version >= 1),
    CONSTRAINT ck_customer_delivery CHECK (delivery IN ('email', 'post', 'download'))
)
 STRICT;

CREATE INDEX ix_customer_above ON customer (organisation, coalesce(merged_into, parent));

CREATE INDEX ix_customer_organisation_archived_at ON customer (organisation, archived_at);

CREATE INDEX ix_customer_organisation_created_at_id ON customer (organisation, created_at, id);

CREATE INDEX ix_customer_organisation_currency ON customer (organisation, currency);

CREATE INDEX ix_customer_organisation_merged_into ON customer (organisation, merged_into);

CREATE INDEX ix_customer_organisation_parent ON customer (organisation, parent);

CREATE INDEX ix_customer_organisation_skeleton ON customer (organisation, skeleton);

CREATE INDEX ix_customer_organisation_sort_name_id ON customer (organisation, sort_name, id);

CREATE INDEX ix_customer_organisation_sort_number_id ON customer (organisation, sort_number, id);

CREATE TABLE exchange_rate (
    organisation TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    base TEXT NOT NULL,
    quote TEXT NOT NULL,
    valid_on TEXT NOT NULL,
    rate TEXT NOT NULL,
    inverse INTEGER NOT NULL,
    source TEXT NOT NULL,
    CONSTRAINT pk_exchange_rate PRIMARY KEY (organisation, id),
    CONSTRAINT uq_exchange_rate_organisation_base_quote_valid_on UNIQUE (organisation, base, quote, valid_on),
    CONSTRAINT fk_exchange_rate_organisation_organisation FOREIGN KEY(organisation, organisation) REFERENCES organisation (organisation, id),
    CONSTRAINT ck_exchange_rate_version CHECK (version >= 1),
    CONSTRAINT ck_exchange_rate_inverse CHECK (inverse IN (0, 1))
)
 STRICT;

CREATE INDEX ix_exchange_rate_organisation_valid_on_base_quote ON exchange_rate (organisation, valid_on, base, quote);

CREATE TABLE import_unit (
    organisation TEXT NOT NULL,
    run TEXT NOT NULL,
    n INTEGER NOT NULL,
    rows TEXT NOT NULL,
    done_at TEXT,
    CONSTRAINT pk_import_unit PRIMARY KEY (organisation, run, n),
    CONSTRAINT fk_import_unit_organisation_run FOREIGN KEY(organisation, run) REFERENCES import_run (organisation, id)
)
 STRICT;

CREATE TABLE job_run (
    organisation TEXT NOT NULL,
    id TEXT NOT NULL,
    job TEXT NOT NULL,
    started_at TEXT NOT NULL,
    finished_at TEXT,
    outcome TEXT NOT NULL,
    counts TEXT NOT NULL,
    error TEXT NOT NULL,
    CONSTRAINT pk_job_run PRIMARY KEY (organisation, id),
    CONSTRAINT fk_job_run_organisation_job FOREIGN KEY(organisation, job) REFERENCES job (organisation, name),
    CONSTRAINT ck_job_run_outcome CHECK (outcome IN ('running', 'done', 'stopped', 'failed'))
)
 STRICT;

CREATE INDEX ix_job_run_organisation_finished_at ON job_run (organisation, finished_at);

CREATE INDEX ix_job_run_organisation_job_started_at ON job_run (organisation, job, started_at);

CREATE TABLE legal_entity (
    organisation TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    address TEXT NOT NULL,
    country TEXT NOT NULL,
    currency TEXT NOT NULL,
    tax_ids TEXT NOT NULL,
    closed_through TEXT NOT NULL,
    CONSTRAINT pk_legal_entity PRIMARY KEY (organisation, id),
    CONSTRAINT uq_legal_entity_organisation_code UNIQUE (organisation, code),
    CONSTRAINT fk_legal_entity_organisation_organisation FOREIGN KEY(organisation, organisation) REFERENCES organisation (organisation, id),
    CONSTRAINT ck_legal_entity_version CHECK (version >= 1)
)
 STRICT;

CREATE TABLE alert (
    organisation TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    kind TEXT NOT NULL,
    "key" TEXT NOT NULL,
    severity TEXT NOT NULL,
    message TEXT NOT NULL,
    object TEXT NOT NULL,
    owner TEXT,
    raised_at TEXT NOT NULL,
    due_at TEXT,
    acknowledged_at TEXT,
    acknowledged_by TEXT,
    CONSTRAINT pk_alert PRIMARY KEY (organisation, id),
    CONSTRAINT fk_alert_organisation_owner FOREIGN KEY(organisation, owner) REFERENCES app_user (organisation, id),
    CONSTRAINT fk_alert_organisation_acknowledged_by FOREIGN KEY(organisation, acknowledged_by) REFERENCES app_user (organisation, id),
    CONSTRAINT ck_alert_version CHECK (version >= 1),
    CONSTRAINT ck_alert_severity CHECK (severity IN ('info', 'warning', 'critical'))
)
 STRICT;

CREATE INDEX ix_alert_organisation_raised_at_id ON alert (organisation, raised_at, id);

CREATE UNIQUE INDEX uq_alert_open_key ON alert (organisation, kind, "key") WHERE acknowledged_at IS NULL;

CREATE TABLE customer_key (
    organisation TEXT NOT NULL,
    kind TEXT NOT NULL,
    "key" TEXT NOT NULL,
    customer TEXT NOT NULL,
    gone_at TEXT,
    CONSTRAINT pk_customer_key PRIMARY KEY (organisation, kind, "key", customer),
    CONSTRAINT fk_customer_key_organisation_customer FOREIGN KEY(organisation, customer) REFERENCES customer (organisation, id),
    CONSTRAINT ck_customer_key_kind CHECK (kind IN ('word', 'number', 'email', 'tax_id', 'tag', 'department', 'brake'))
)
 STRICT;

CREATE INDEX ix_customer_key_organisation_customer_kind_key ON customer_key (organisation, customer, kind, "key");

CREATE INDEX ix_customer_key_organisation_gone_at ON customer_key (organisation, gone_at) WHERE gone_at IS NOT NULL;

CREATE TABLE customer_note (
    organisation TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    customer TEXT NOT NULL,
    author TEXT NOT NULL,
    text TEXT NOT NULL,
    written_at TEXT NOT NULL,
    deleted_at TEXT,
    CONSTRAINT pk_customer_note PRIMARY KEY (organisation, id),
    CONSTRAINT fk_customer_note_organisation_customer FOREIGN KEY(organisation, customer) REFERENCES customer (organisation, id),
    CONSTRAINT fk_customer_note_organisation_author FOREIGN KEY(organisation, author) REFERENCES app_user (organisation, id),
    CONSTRAINT ck_customer_note_version CHECK (version >= 1)
)
 STRICT;

CREATE INDEX ix_customer_note_organisation_customer_written_at ON customer_note (organisation, customer, written_at);

CREATE TABLE department (
    organisation TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    parent TEXT,
    owner TEXT,
    merged_into TEXT,
    archived_at TEXT,
    sort_name TEXT NOT NULL,
    CONSTRAINT pk_department PRIMARY KEY (organisation, id),
    CONSTRAINT uq_department_organisation_code UNIQUE (organisation, code),
    CONSTRAINT ck_department_parent CHECK (parent <> id),
    CONSTRAINT ck_department_merged_into CHECK (merged_into <> id),
    CONSTRAINT fk_department_organisation_organisation FOREIGN KEY(organisation, organisation) REFERENCES organisation (organisation, id),
    CONSTRAINT fk_department_organisation_parent FOREIGN KEY(organisation, parent) REFERENCES department (organisation, id),
    CONSTRAINT fk_department_organisation_merged_into FOREIGN KEY(organisation, merged_into) REFERENCES department (organisation, id),
    CONSTRAINT fk_department_organisation_owner FOREIGN KEY(organisation, owner) REFERENCES app_user (organisation, id),
    CONSTRAINT ck_department_version CHECK (version >= 1)
)
 STRICT;

CREATE INDEX ix_department_above ON department (organisation, coalesce(merged_into, parent));

CREATE INDEX ix_department_organisation_merged_into ON department (organisation, merged_into);

CREATE INDEX ix_department_organisation_parent ON department (organisation, parent);

CREATE INDEX ix_department_organisation_sort_name_id ON department (organisation, sort_name, id);

CREATE TABLE ledger_entry (
    organisation TEXT NOT NULL,
    seq INTEGER NOT NULL,
    entity TEXT NOT NULL,
    at TEXT NOT NULL,
    booked_on TEXT NOT NULL,
    kind TEXT NOT NULL,
    currency TEXT NOT NULL,
    document TEXT,
    reverses INTEGER,
    request TEXT NOT NULL,
    CONSTRAINT pk_ledger_entry PRIMARY KEY (organisation, seq),
    CONSTRAINT fk_ledger_entry_organisation_entity FOREIGN KEY(organisation, entity) REFERENCES legal_entity (organisation, id),
    CONSTRAINT fk_ledger_entry_organisation_reverses FOREIGN KEY(organisation, reverses) REFERENCES ledger_entry (organisation, seq),
    CONSTRAINT ck_ledger_entry_kind CHECK (kind IN ('invoice_issued', 'credit_note_issued', 'void', 'money_recorded', 'deposit', 'provider_payment', 'provider_fee', 'payout', 'allocation', 'unallocation', 'credit_used', 'credit_unused', 'turned_into_credit', 'promised_back', 'refund', 'refund_returned', 'payment_returned', 'dispute_withdrawn', 'dispute_won', 'dispute_lost', 'write_off', 'short_payment', 'over_payment', 'late_fee', 'withholding', 'exchanged_out', 'exchanged_in', 'exchange_difference', 'reversal'))
)
 STRICT;

CREATE INDEX ix_ledger_entry_organisation_booked_on ON ledger_entry (organisation, booked_on);

CREATE INDEX ix_ledger_entry_organisation_document ON ledger_entry (organisation, document);

CREATE UNIQUE INDEX ix_ledger_entry_organisation_reverses ON ledger_entry (organisation, reverses);

CREATE TABLE gl_mapping (
    organisation TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    entity TEXT NOT NULL,
    department TEXT,
    account TEXT NOT NULL,
    code TEXT NOT NULL,
    valid_from TEXT NOT NULL,
    deleted_at TEXT,
    CONSTRAINT pk_gl_mapping PRIMARY KEY (organisation, id),
    CONSTRAINT fk_gl_mapping_organisation_entity FOREIGN KEY(organisation, entity) REFERENCES legal_entity (organisation, id),
    CONSTRAINT fk_gl_mapping_organisation_department FOREIGN KEY(organisation, department) REFERENCES department (organisation, id),
    CONSTRAINT ck_gl_mapping_version CHECK (version >= 1)
)
 STRICT;

CREATE INDEX ix_gl_mapping_organisation_account_valid_from_id ON gl_mapping (organisation, account, valid_from, id);

CREATE TABLE posting (
    organisation TEXT NOT NULL,
    entry INTEGER NOT NULL,
    line INTEGER NOT NULL,
    account TEXT NOT NULL,
    customer TEXT,
    currency TEXT NOT NULL,
    amount INTEGER NOT NULL,
    due_on TEXT,
    CONSTRAINT pk_posting PRIMARY KEY (organisation, entry, line),
    CONSTRAINT fk_posting_organisation_entry FOREIGN KEY(organisation, entry) REFERENCES ledger_entry (organisation, seq),
    CONSTRAINT fk_posting_organisation_customer FOREIGN KEY(organisation, customer) REFERENCES customer (organisation, id),
    CONSTRAINT ck_posting_amount CHECK (amount <> 0),
    CONSTRAINT ck_posting_due_on CHECK ((account = 'receivable') = (due_on IS NOT NULL))
)
 STRICT;

CREATE INDEX ix_posting_organisation_account_currency ON posting (organisation, account, currency);

CREATE INDEX ix_posting_organisation_customer ON posting (organisation, customer);
