# Turns the install script into statements that also work where an older version, or pgvector, has created the object
# already. What CREATE OR REPLACE can do is done by it; the rest goes through quiver_adopt() (10-begin.sql). A kind of
# statement that is not known here stops the build: nobody has thought about what it means for an existing object.

function emit(statement) {
    if (statement ~ /^CREATE (FUNCTION|AGGREGATE|VIEW) /)
        sub(/^CREATE/, "CREATE OR REPLACE", statement)
    else if (statement ~ /^CREATE (TYPE|CAST|OPERATOR|OPERATOR CLASS|ACCESS METHOD) /)
        statement = "SELECT quiver_adopt($adopt$" statement "$adopt$::text);"
    else if (statement !~ /^(COMMENT ON|DO|GRANT|REVOKE) /) {
        print "adopt.awk: cannot adopt: " statement >"/dev/stderr"
        failed = 1
        exit 1
    }
    print statement "\n"
}

statement == "" && (/^--/ || /^\\/ || /^[ \t]*$/) { next }

{
    statement = statement == "" ? $0 : statement "\n" $0
    quotes += gsub(/\$\$/, "$$")
    if (/;$/ && quotes % 2 == 0) {
        emit(statement)
        statement = ""
        quotes = 0
    }
}

END {
    if (!failed && statement != "") {
        print "adopt.awk: no end: " statement >"/dev/stderr"
        exit 1
    }
}
