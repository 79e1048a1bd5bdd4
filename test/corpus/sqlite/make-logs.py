"""Writes log.bin and journal.bin: what is beside a database while a transaction is under way."""
import os, shutil, sqlite3, tempfile
here = os.path.dirname(os.path.abspath(__file__))
database = os.path.join(tempfile.mkdtemp(), 'p.db')
def begin():
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute('pragma page_size=512')
    return connection
def fill(connection):
    connection.execute('create table t(id integer primary key, s text)')
    connection.execute("insert into t values(1234567890123,'bob@example.org'),(2,'x')")
connection = begin()
connection.execute('pragma journal_mode=wal')
fill(connection)
shutil.copy(database + '-wal', os.path.join(here, 'log.bin'))
connection.close()
os.remove(database)
connection = begin()
fill(connection)
connection.execute('begin')
connection.execute("update t set s='y'")
connection.execute('pragma cache_size=1')
connection.execute('create table u(s)')
connection.execute('insert into u values(zeroblob(20000))')
shutil.copy(database + '-journal', os.path.join(here, 'journal.bin'))
