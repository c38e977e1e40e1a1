// Every statement that the relay runs, and its tables. Rows of entries and attachments never change, so that the primary key of an
// entry is the compare-and-set of a log.
//
// The first column of each table is its distribution key: a log, a subject, a blob, an upload, a day or a member. Every statement names the
// key of every table in it, so that a database that is split by these keys finds one part for one statement (a test reads them all).

/**
 * Numbered migrations; the position in the list is the number. A published one is never changed: add another one. All of them leave
 * the statements of the version before working, since two versions of the relay run at the same time while one replaces the other.
 */
export const MIGRATIONS: readonly (readonly string[])[] = [
  [
    "create table keystead.entry (log bytea, seq int, hash bytea not null, link bytea not null, digests bytea[] not null, at bigint not null, primary key (log, seq))",
    "create table keystead.attachment (log bytea, digest bytea, bytes bytea not null, primary key (log, digest))",
    "create table keystead.subject (subject text primary key, log bytea not null, at bigint not null)",
    "create table keystead.blob (id bytea primary key, owner text not null, size bigint not null, complete boolean not null, at bigint not null)",
    "create table keystead.blob_chunk (id bytea, n int, bytes bytea not null, primary key (id, n))",
    "create table keystead.nonce (member bytea, nonce bytea, expires bigint not null, primary key (member, nonce))",
    // Links, grants and sealed content are random bytes. An attempt to compress each of them costs time and gains nothing.
    "alter table keystead.entry alter column link set storage external",
    "alter table keystead.attachment alter column bytes set storage external",
    "alter table keystead.blob_chunk alter column bytes set storage external",
  ],
  [
    // No statement used the table before. A blob has its row once all of its bytes are stored, and none before. Its bytes are stored by the
    // id of their upload, so that two uploads under one id never mix, and an upload that broke off can be found by the day it began.
    "drop table keystead.blob",
    "create table keystead.blob (id bytea primary key, owner text not null, size bigint not null, digest bytea not null, upload bytea not null, at bigint not null)",
    "create table keystead.upload (day int, id bytea, blob bytea not null, primary key (day, id))",
  ],
  [
    "create table keystead.message (log bytea, id bigint, sender bytea not null, recipient bytea not null, message bytea not null, until bigint not null, primary key (log, id))",
  ],
];

/** Bytes of an entry with all of its attachments. Lengths are known without reading what is stored outside of the row. */
const ENTRY_BYTES = `octet_length(link) + coalesce(
    (select sum(octet_length(a.bytes)) from keystead.attachment a where a.log = $1 and a.digest = any(digests)), 0)`;

const page = (columns: string, size: string): string => `select ${columns},
    (select max(seq) from keystead.entry where log = $1) as newest from (
    select ${columns}, sum(size) over (order by seq) as total from (
      select ${columns}, ${size} as size
      from keystead.entry where log = $1 and seq > $2::bigint order by seq limit $3) as sized) as summed
  where total <= $4 or seq = $2 + 1 order by seq`;

const APPEND = `insert into keystead.entry (log, seq, hash, link, digests, at)
    select $1::bytea, $2::int, $3::bytea, $4::bytea, $5::bytea[], $6::bigint
    where $2::int = 1 or exists (select 1 from keystead.entry where log = $1 and seq = $2::int - 1 and hash = $7::bytea)
    on conflict (log, seq) do nothing returning seq`;

export const STATEMENTS = {
  /**
   * log, seq, hash, link, digests, at, hash of the link before. Inserts one row where the place is free and the link before is the
   * one that was judged. @returns a row if it did
   */
  append: APPEND,
  /**
   * The same, and digests and bytes of attachments. All are stored, or none: there is never a link without its grants, and a device that
   * loses a race leaves nothing behind. One statement, since a second one would cost another round trip and another commit.
   */
  appendWith: `with filled as (${APPEND}), attached as (
      insert into keystead.attachment (log, digest, bytes)
        select $1::bytea, digest, bytes from filled, unnest($8::bytea[], $9::bytea[]) as given (digest, bytes)
        on conflict (log, digest) do nothing)
    select seq from filled`,
  /** log. The newest entry. */
  head: `select seq, hash from keystead.entry where log = $1 order by seq desc limit 1`,
  /** log, position. */
  hashAt: `select hash from keystead.entry where log = $1 and seq = $2`,
  /** logs. The newest entry of each. */
  heads: `select asked.log, newest.seq, newest.hash from unnest($1::bytea[]) as asked (log) cross join lateral
    (select e.seq, e.hash from keystead.entry e where e.log = asked.log order by e.seq desc limit 1) newest`,
  /** log, position, number. Links after a position, to replay. */
  links: `select seq, link from keystead.entry where log = $1 and seq > $2 order by seq limit $3`,
  /**
   * log, position, number, bytes. Entries after a position: at least one if there are any, and no more bytes than these. Each row has the
   * newest position too: one statement sees one moment, and another one would cost a round trip.
   */
  page: page("seq, link", "octet_length(link)"),
  /** The same, with digests, and with all attachments counted. */
  wholePage: page("seq, link, digests", ENTRY_BYTES),
  /** log, digests. */
  attachments: `select digest, bytes from keystead.attachment where log = $1 and digest = any($2::bytea[])`,
  /**
   * logs, digests, bytes. The attachments of a log each, in the order of the digests, until there are this many bytes; `n` counts digests
   * from 1.
   */
  attachmentsUpTo: `select n, bytes from (
      select n, bytes, sum(octet_length(bytes)) over (order by n) - octet_length(bytes) as before
      from unnest($1::bytea[], $2::bytea[]) with ordinality as asked (log, digest, n) cross join lateral
        (select a.bytes from keystead.attachment a where a.log = asked.log and a.digest = asked.digest) found) sized
    where before < $3`,
  /** log, time. Positions that were filled after a time, newest first. */
  since: `select seq, at from keystead.entry where log = $1 and at > $2 order by seq desc limit $3`,
  /** subject. */
  logOf: `select log from keystead.subject where subject = $1`,
  /** subjects. The log of each. */
  logsOf: `select subject, log from keystead.subject where subject = any($1::text[])`,
  /** subject, log, at. @returns a row if the subject had no log */
  name: `insert into keystead.subject (subject, log, at) select $1::text, $2::bytea, $3::bigint
    on conflict (subject) do nothing returning log`,
  /** subject, new log, at, log before. @returns a row if the subject had that log */
  rename: `update keystead.subject set log = $2, at = $3 where subject = $1 and log = $4 returning log`,
  /** blob. */
  blob: `select owner, size, digest, upload from keystead.blob where id = $1`,
  /** blob, owner, size, digest, upload, at. @returns a row if there was no such blob */
  putBlob: `insert into keystead.blob (id, owner, size, digest, upload, at)
    select $1::bytea, $2::text, $3::bigint, $4::bytea, $5::bytea, $6::bigint on conflict (id) do nothing returning id`,
  /** blob, upload. @returns a row if the blob was there */
  dropBlob: `delete from keystead.blob where id = $1 and upload = $2 returning id`,
  /** upload, number, bytes. */
  putChunk: `insert into keystead.blob_chunk (id, n, bytes) select $1::bytea, $2::int, $3::bytea`,
  /** upload, number. */
  chunk: `select bytes from keystead.blob_chunk where id = $1 and n = $2`,
  /** upload. */
  dropChunks: `delete from keystead.blob_chunk where id = $1`,
  /** day, upload, blob. */
  beginUpload: `insert into keystead.upload (day, id, blob) select $1::int, $2::bytea, $3::bytea`,
  /** day, number. */
  uploads: `select id, blob from keystead.upload where day = $1 limit $2`,
  /** day, upload. */
  endUpload: `delete from keystead.upload where day = $1 and id = $2`,
  /** member, nonce, expires. @returns a row if the nonce is new */
  useNonce: `insert into keystead.nonce (member, nonce, expires) select $1::bytea, $2::bytea, $3::bigint
    on conflict (member, nonce) do nothing returning nonce`,
  /**
   * log, least id, sender, recipient, message, until. Ids of a log grow, for all relays together. @returns a row unless another relay took
   * the id
   */
  putMessage: `insert into keystead.message (log, id, sender, recipient, message, until)
    select $1::bytea, greatest($2::bigint, (select max(id) + 1 from keystead.message where log = $1)),
    $3::bytea, $4::bytea, $5::bytea, $6::bigint on conflict (log, id) do nothing returning id`,
  /** log, sender, time. What a sender sent that is kept then. */
  messagesBy: `select recipient, message from keystead.message where log = $1 and sender = $2 and until > $3`,
  /** log, recipient, id, time, number. */
  messagesTo: `select id, sender, message from keystead.message
    where log = $1 and recipient = $2 and id > $3 and until > $4 order by id limit $5`,
  /** log, time. */
  forgetMessages: `delete from keystead.message where log = $1 and until <= $2`,
  /** member, time. */
  forgetNonces: `delete from keystead.nonce where member = $1 and expires < $2`,
} as const;
