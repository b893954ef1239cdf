// The usage that the npm package pgvector documents for node-postgres, against quiver installed as the extension vector.
// Nothing here knows of quiver. Connects as PGHOST, PGUSER and PGDATABASE say.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { SparseVector } from 'pgvector';
import pgvector from 'pgvector/pg';

const pool = new pg.Pool();
pool.on('connect', (client) => pgvector.registerTypes(client));
let client;

before(async () => {
    client = new pg.Client();
    await client.connect();
    await client.query('CREATE EXTENSION IF NOT EXISTS vector');
    await pgvector.registerTypes(client);
    await client.query('DROP TABLE IF EXISTS items');
    await client.query(
        'CREATE TABLE items (id bigserial PRIMARY KEY, embedding vector(3), half halfvec(3), bits bit(3), sparse sparsevec(3))');
});

after(async () => {
    await client.end();
    await pool.end();
});

test('values go in as parameters and come out as arrays', async () => {
    const insert = 'INSERT INTO items (embedding, half, bits, sparse) VALUES ($1, $2, $3, $4) RETURNING *';
    const sparse = new SparseVector([1, 0, 3]);
    const { rows } = await client.query(
        insert, [pgvector.toSql([1, 2, 3]), pgvector.toSql([1, 2, 3]), '101', pgvector.toSql(sparse)]);
    assert.deepEqual(rows[0].embedding, [1, 2, 3]);
    assert.deepEqual(rows[0].half, [1, 2, 3]);
    assert.equal(rows[0].bits, '101');
    assert.deepEqual(rows[0].sparse.toArray(), [1, 0, 3]);
    for (const [v, bits] of [[[4, 5, 6], '010'], [[1, 1, 1], '100'], [[7, 7, 7], '111']]) {
        await client.query(insert, [pgvector.toSql(v), pgvector.toSql(v), bits, pgvector.toSql(new SparseVector(v))]);
    }
    const nulls = await client.query(insert, [null, null, null, null]);
    assert.equal(nulls.rows[0].embedding, null);
});

const nearest = async (order, value) =>
    (await client.query(`SELECT id::int FROM items ORDER BY ${order} LIMIT 1`, [value])).rows[0].id;

// Ids are 1: [1,2,3], 2: [4,5,6], 3: [1,1,1], 4: [7,7,7].
const queries = [
    ['embedding <-> $1', pgvector.toSql([1, 2, 3]), 1],
    ['embedding <#> $1', pgvector.toSql([1, 2, 3]), 4],
    ['embedding <=> $1', pgvector.toSql([1, 2, 3]), 1],
    ['embedding <+> $1', pgvector.toSql([1, 2, 3]), 1],
    ['half <-> $1', pgvector.toSql([4, 5, 6]), 2],
    ['bits <~> $1', '101', 1],
    ['sparse <-> $1', pgvector.toSql(new SparseVector([4, 5, 6])), 2],
];
for (const [order, value, expected] of queries) {
    test(`the nearest by ${order}`, async () => assert.equal(await nearest(order, value), expected));
}

test('an index is created, used and right', async () => {
    await client.query('CREATE INDEX ON items USING hnsw (embedding vector_l2_ops) WITH (m = 16, ef_construction = 64)');
    await client.query('BEGIN');
    await client.query('SET LOCAL enable_seqscan = off');
    await client.query('SET LOCAL hnsw.ef_search = 100');
    const plan = await client.query('EXPLAIN SELECT id FROM items ORDER BY embedding <-> $1 LIMIT 2', [pgvector.toSql([1, 2, 3])]);
    assert.match(plan.rows.map((row) => row['QUERY PLAN']).join('\n'), /Index Scan using items_embedding_idx/);
    assert.equal(await nearest('embedding <-> $1', pgvector.toSql([1, 2, 3])), 1);
    await client.query('COMMIT');
});

test('prepared statements, aggregates and a pool', async () => {
    const average = await pool.query({ name: 'average', text: 'SELECT avg(embedding) AS a FROM items WHERE id <= $1', values: [2] });
    assert.deepEqual(average.rows[0].a, [2.5, 3.5, 4.5]);
    const { rows } = await pool.query('SELECT embedding <-> $1 AS distance FROM items WHERE id = 1', [pgvector.toSql([1, 2, 5])]);
    assert.equal(rows[0].distance, 2);
});

test('errors keep their SQLSTATE', async () => {
    await assert.rejects(client.query('INSERT INTO items (embedding) VALUES ($1)', ['[1,2]']),
        { code: '22000', message: 'expected 3 dimensions, not 2' });
    await assert.rejects(client.query('SELECT $1::vector', ['[1,x]']), { code: '22P02' });
});
