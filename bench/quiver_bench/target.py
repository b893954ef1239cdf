"""Which table is searched by which column and operator, and the SQL that follows from it."""
import dataclasses


@dataclasses.dataclass
class Target:
    """Enough to search any table: nothing below this line assumes our own tables or how they were made."""
    database: str
    table: str
    key: str
    column: str
    operator: str
    queries: str                     # a table (id integer from 1, v) with the query vectors
    count: int                       # of queries
    index: str = ""                  # its name, to see that it is used; empty: any
    k: int = 10

    def nearest(self, query, where="", limit=None):
        """The statement that fetches the nearest rows to a query, which is an SQL expression."""
        return (f"SELECT {self.key} FROM {self.table} {where} ORDER BY {self.column} {self.operator} {query} "
                f"LIMIT {limit or self.k}")

    def query(self, number):
        """The vector of a query as an expression. A scalar sub-select is evaluated once, before the scan starts, so the
        index sees a ready value: no system pays for parsing text, and the cost of fetching it is one lookup by key."""
        return f"(SELECT v FROM {self.queries} WHERE id = {number})"

    def script(self, where=""):
        """A pgbench script that asks one random query."""
        return f"\\set i random(1, {self.count})\n{self.nearest(self.query(':i'), where)};\n"

    def text_scripts(self, texts, where=""):
        """Scripts that send the vector as a text parameter, as most clients do, and the variables they need. pgbench
        has no text expressions, hence a script and a variable for each query, as few as fit on a command line."""
        scripts = [(self.nearest(f":q{i}", where) + ";\n", 1) for i in range(len(texts))]
        return scripts, {f"q{i}": text for i, text in enumerate(texts)}
