-- quiver: vectors and exact distance search for PostgreSQL.
-- The fragments of this folder, joined in the order of their names, are the install script.
\echo Use "CREATE EXTENSION quiver" to load this file. \quit

