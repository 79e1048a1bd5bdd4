"""Writes the text parts of a workbook, a document and a spreadsheet, as openpyxl 3.1, python-docx 1.2 and odfpy 1.4 store them."""
import io, os, zipfile
import docx, openpyxl
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P, Span
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
here = os.path.dirname(os.path.abspath(__file__))
def keep(container, member, name):
    with open(os.path.join(here, name), 'wb') as out:
        out.write(zipfile.ZipFile(io.BytesIO(container)).read(member))
def bytes_of(save):
    into = io.BytesIO()
    save(into)
    return into.getvalue()
book = openpyxl.Workbook()
sheet = book.active
sheet.append(['user', 'number'])
sheet.append(['a & b <bob@example.org>', 1234567890])
sheet.append([CellRichText('user 123', TextBlock(InlineFont(b=True), '4567'), '890'), 1.5])
workbook = bytes_of(book.save)
keep(workbook, 'xl/worksheets/sheet1.xml', 'worksheet.bin')
sheet.append(['large', 1234567890123456768])
keep(bytes_of(book.save), 'xl/worksheets/sheet1.xml', 'lossy-worksheet.bin')
text = docx.Document()
paragraph = text.add_paragraph('user 123')
paragraph.add_run('4567').bold = True
paragraph.add_run('890\tjane_doe')
text.add_paragraph('user 1000000007')
keep(bytes_of(text.save), 'word/document.xml', 'document.bin')
ods = OpenDocumentSpreadsheet()
table = Table(name='users')
for number in (1234567890, 1.23456789012346e18):
    row = TableRow()
    cell = TableCell(valuetype='float', value=number)
    words = P(text='user 123')
    words.addElement(Span(text='4567890'))
    cell.addElement(words)
    row.addElement(cell)
    table.addElement(row)
ods.spreadsheet.addElement(table)
keep(bytes_of(ods.write), 'content.xml', 'lossy-open-document.bin')
