-- Helpers of the other tests. To run one test alone: make installcheck REGRESS='00_setup cast'

-- The error a statement ends with, as "SQLSTATE message (DETAIL, HINT)".
CREATE FUNCTION error_of(statement text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    state text;
    message text;
    detail text;
    hint text;
BEGIN
    EXECUTE statement;
    RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS
        state = RETURNED_SQLSTATE,
        message = MESSAGE_TEXT,
        detail = PG_EXCEPTION_DETAIL,
        hint = PG_EXCEPTION_HINT;
    RETURN state || ' ' || message
        || CASE WHEN detail <> '' THEN ' DETAIL: ' || detail ELSE '' END
        || CASE WHEN hint <> '' THEN ' HINT: ' || hint ELSE '' END;
END
$$;
-- The same for input: the text of the value, or the error.
CREATE FUNCTION input_of(value text, type text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    EXECUTE format('SELECT %L::%s::text', value, type) INTO result;
    RETURN result;
EXCEPTION WHEN OTHERS THEN
    RETURN error_of(format('SELECT %L::%s', value, type));
END
$$;
-- The text of the value that a binary message makes, or the error. A receive function cannot be
-- called from SQL, so the message goes through a binary COPY of one row and one column.
CREATE FUNCTION received(message bytea, type text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    file bytea := bytea '\x5047434f50590aff0d0a00'  -- signature
        || bytea '\x0000000000000000'               -- flags, length of the header's extension
        || bytea '\x0001'                           -- one field
        || int4send(length(message)) || message
        || bytea '\xffff';                          -- no more rows
    copy_statement text := format(
        'COPY received FROM PROGRAM %L (FORMAT binary)',
        format('echo %s | base64 -d', replace(encode(file, 'base64'), E'\n', '')));
    result text;
BEGIN
    EXECUTE format('CREATE TEMPORARY TABLE received (value %s)', type);
    result := error_of(copy_statement);
    IF result = 'no error' THEN
        SELECT value::text INTO result FROM received;
    END IF;
    DROP TABLE received;
    RETURN result;
END
$$;
SELECT error_of('SELECT 1'), error_of('SELECT 1/0');
SELECT input_of('7', 'integer'), input_of('x', 'integer');
SELECT received('\x00000007', 'integer'), received('\x00', 'integer');
