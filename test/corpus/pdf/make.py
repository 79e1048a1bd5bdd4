"""
A letter with somebody in its text, title, form fields and an attachment, as programs write it: reportlab 5.1, fpdf2 2.8, WeasyPrint 70, PyMuPDF 2.0, img2pdf 0.6, pypdf 7.1,
typst 0.15, matplotlib 3.11, qpdf 11, Ghostscript 10.00, LibreOffice 7.4, Chromium 156, wkhtmltopdf 0.12.6 (Qt 5), pdfTeX 1.40.24, XeTeX, groff 1.22, TCPDF 6.6, FOP 2.8, Prawn 2.4,
R 4.2, poppler 22.12 (cairo), pdfkit 0.20 and jsPDF 4.2. `python make.py` takes a Python that has those of Python, in a directory in which `npm i pdfkit jspdf` was run.
The `.json` beside a file has what comes out of it; `test/decode/document/pdf/programs.test.ts` says who has to be found.
"""
import json, os, subprocess, tempfile

here = os.path.dirname(os.path.abspath(__file__)) + '/'
modules = os.getcwd() + '/node_modules'
os.chdir(tempfile.mkdtemp())
dejavu = '/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf'

def ids(n):
    return [f'500000000{n}', f'6f9619ff-8b86-4d01-b42d-00cf4fc964f{n}', f'jane.doe{n}@example.org', f'jane_doe_{n}']

shown, titled, filled, attached = ids(1), ids(2), ids(3), ids(4)
rows = list(zip(['Customer no.', 'Reference', 'E-mail', 'User'], shown))
title = 'Invoice for ' + ' '.join(titled)
csv = 'id,mail\n' + ','.join(attached) + '\n'
sentence = f'Your user {shown[3]} with {shown[0]} ordered; we write to {shown[2]} about {shown[1]}, as agreed. Thanks for that.'
html = f'''<html><head><meta charset="utf-8"><title>{title}</title><style>body{{font:11pt sans-serif}} b{{color:#333}}</style></head><body>
<p>Your user <b>{shown[3]}</b> (customer {shown[0][:3]}<b>{shown[0][3:7]}</b>{shown[0][7:]}) ordered; we write to <a href="mailto:{shown[2]}">{shown[2]}</a> about
the reference {shown[1]}, as agreed.</p><table>{''.join(f'<tr><td>{a}</td><td>{b}</td></tr>' for a, b in rows)}</table></body></html>'''
open('page.html', 'w').write(html)
open('a.csv', 'w').write(csv)

def run(*command, **more):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, **more).stdout

def out(name):
    return f'{here}{name}.bin'

def reportlab():
    from reportlab.pdfgen import canvas
    from reportlab.platypus import Paragraph, SimpleDocTemplate
    from reportlab.lib.styles import getSampleStyleSheet
    c = canvas.Canvas(out('reportlab'))
    c.setTitle(title)
    for i, (a, b) in enumerate(rows):
        c.drawString(72, 700 - 20 * i, a)
        c.drawString(200, 700 - 20 * i, b)
    for i, value in enumerate(filled):
        c.acroForm.textfield(name=f'f{i}', x=72, y=300 + 30 * i, width=250, height=20, value=value)
    c.save()
    split = f'Your user <b>{shown[3]}</b> (customer {shown[0][:3]}<b>{shown[0][3:7]}</b>{shown[0][7:]}) ordered; {shown[2]} about {shown[1]}'
    SimpleDocTemplate(out('platypus'), title=title).build([Paragraph(split, getSampleStyleSheet()['Normal'])])

def fpdf2():
    from fpdf import FPDF
    for name, font in (('fpdf2', None), ('fpdf2-ttf', dejavu)):
        p = FPDF()
        p.set_title(title)
        p.add_page()
        if font: p.add_font('d', '', font)
        p.set_font('d' if font else 'helvetica', size=12)
        for a, b in rows:
            p.cell(40, 10, a)
            p.cell(60, 10, b)
            p.ln()
        p.multi_cell(0, 8, sentence, align='J')
        p.embed_file(basename='a.csv', bytes=csv.encode(), compress=True)
        p.output(out(name))

def weasyprint():
    import weasyprint as w
    w.HTML(string=html).write_pdf(out('weasyprint'), attachments=[w.Attachment(string=csv, name='a.csv')])

def pymupdf():
    import pymupdf as m
    d = m.open()
    page = d.new_page()
    for i, (a, b) in enumerate(rows):
        page.insert_text((72, 100 + 20 * i), a)
        page.insert_text((200, 100 + 20 * i), b, fontname='cour')
    for i, value in enumerate(filled):
        field = m.Widget()
        field.field_type, field.field_name, field.field_value = m.PDF_WIDGET_TYPE_TEXT, f'f{i}', value
        field.rect = m.Rect(72, 300 + 30 * i, 300, 320 + 30 * i)
        page.add_widget(field)
    d.set_metadata({'title': title})
    d.embfile_add('a.csv', csv.encode())
    d.save(out('pymupdf'), deflate=True, garbage=3, use_objstms=1)

def img2pdf():
    import img2pdf as i
    from PIL import Image
    Image.new('RGB', (40, 30), (200, 30, 40)).save('i.jpg', comment=shown[3])
    open(out('img2pdf'), 'wb').write(i.convert('i.jpg', title=title))

def typst():
    import typst as t
    escaped = lambda text: text.replace('_', '\\_').replace('@', '\\@')
    open('a.typ', 'w').write(f'#set document(title: "{title}")\n{escaped(sentence)}\n#table(columns: 2, ' + ','.join(f'[{a}],[{escaped(b)}]' for a, b in rows) + ')')
    t.compile('a.typ', output=out('typst'))

def matplotlib():
    import matplotlib as m
    m.use('Agg')
    import matplotlib.pyplot as p
    figure = p.figure()
    for i, (a, b) in enumerate(rows): figure.text(.1, .9 - .1 * i, a + ' ' + b)
    figure.savefig(out('matplotlib'), format='pdf', metadata={'Title': title})

def qpdf():
    run('qpdf', '--object-streams=generate', out('reportlab'), out('qpdf'))
    run('qpdf', '--qdf', '--object-streams=disable', out('platypus'), out('qpdf-qdf'))
    run('qpdf', '--linearize', '--object-streams=generate', '--add-attachment', 'a.csv', '--', out('groff'), out('qpdf-linear'))
    run('qpdf', '--encrypt', '', 'owner', '256', '--', out('fpdf2'), out('qpdf-encrypted'))
    run('qpdf', '--empty', '--pages', out('fpdf2-ttf'), out('weasyprint'), out('groff'), '--', out('qpdf-merged'))

def pypdf():
    import pypdf as p
    w = p.PdfWriter(clone_from=out('reportlab'))
    w.update_page_form_field_values(w.pages[0], {f'f{i}': value for i, value in enumerate(filled)})
    w.add_attachment('a.csv', csv.encode())
    w.write(out('pypdf'))

def libreoffice():
    open('t.csv', 'w').write('\n'.join(','.join(row) for row in rows))
    run('soffice', '--headless', '--convert-to', 'odt', 'page.html')
    run('soffice', '--headless', '--convert-to', 'pdf', 'page.odt')
    os.replace('page.pdf', out('libreoffice'))
    run('soffice', '--headless', '--convert-to', 'pdf', 't.csv')
    os.replace('t.pdf', out('libreoffice-calc'))

def chromium():
    run('chromium', '--headless', '--no-sandbox', '--disable-gpu', '--no-pdf-header-footer', '--print-to-pdf=' + out('chromium'), 'file://' + os.getcwd() + '/page.html')

def wkhtmltopdf():
    run('wkhtmltopdf', '-q', 'page.html', out('wkhtmltopdf'), env={**os.environ, 'QT_QPA_PLATFORM': 'offscreen'})

def tex():
    text = sentence.replace('_', '\\_')
    open('latex.tex', 'w').write('\\documentclass{article}\\begin{document}' + text + ' \\texttt{' + shown[0][:4] + '}{\\bf ' + shown[0][4:] + '}\\end{document}')
    run('pdflatex', '-interaction=batchmode', 'latex.tex')
    os.replace('latex.pdf', out('pdftex'))
    open('xe.tex', 'w').write('\\documentclass{article}\\usepackage{fontspec}\\setmainfont{DejaVu Sans}\\begin{document}' + text + '\\end{document}')
    run('xelatex', '-interaction=batchmode', 'xe.tex')
    os.replace('xe.pdf', out('xetex'))

def ghostscript():
    shows = ''.join(f'72 {700 - 20 * i} moveto ({a}) show 200 {700 - 20 * i} moveto ({b}) show\n' for i, (a, b) in enumerate(rows))
    open('p.ps', 'w').write(f'%!PS\n/Helvetica findfont 12 scalefont setfont\n{shows}72 500 moveto 1 0 ({" ".join(shown)}) ashow showpage\n')
    for name, source in (('ghostscript', 'p.ps'), ('ghostscript-tex', out('pdftex')), ('ghostscript-chromium', out('chromium'))):
        run('gs', '-q', '-dBATCH', '-dNOPAUSE', '-sDEVICE=pdfwrite', '-sOutputFile=' + out(name), source)

def groff():
    open('g.ms', 'w').write('.LP\n' + '\n.br\n'.join(f'{a} {b}' for a, b in rows) + f'\n.PP\n{sentence}\n')
    open(out('groff'), 'wb').write(run('groff', '-ms', '-Tpdf', 'g.ms'))

def tcpdf():
    body = html[html.index('<body>'):]
    open('body.html', 'w').write(body)
    open('t.php', 'w').write(f"<?php require_once('/usr/share/php/tcpdf/tcpdf.php'); $p = new TCPDF(); $p->SetTitle('{title}'); $p->setFont('helvetica', '', 11); $p->AddPage(); $p->writeHTML(file_get_contents('body.html')); $p->Output('{out('tcpdf')}', 'F');")
    run('php', 't.php')

def fop():
    block = f'<fo:block text-align="justify">Your user <fo:inline font-weight="bold">{shown[3]}</fo:inline> (customer {shown[0][:3]}<fo:inline color="red">{shown[0][3:7]}</fo:inline>{shown[0][7:]}) ordered; we write to {shown[2]} about {shown[1]}, as agreed.</fo:block>'
    open('a.fo', 'w').write('<fo:root xmlns:fo="http://www.w3.org/1999/XSL/Format"><fo:layout-master-set><fo:simple-page-master master-name="p" page-height="29cm" page-width="21cm" margin="2cm"><fo:region-body/></fo:simple-page-master></fo:layout-master-set><fo:page-sequence master-reference="p"><fo:flow flow-name="xsl-region-body">' + block + '</fo:flow></fo:page-sequence></fo:root>')
    run('fop', '-q', '-fo', 'a.fo', '-pdf', out('fop'))

def prawn():
    table = json.dumps([' '.join(row) for row in rows])
    open('a.rb', 'w').write(f'require "prawn"\nPrawn::Document.generate("{out("prawn")}", info: {{Title: "{title}"}}, compress: true) do\nfont "{dejavu}"\n{table}.each {{|r| text r}}\ntext "{sentence}", align: :justify\nend\n')
    run('ruby', 'a.rb')

def r():
    texts = ''.join(f'text(.5, .9 - .1 * {i}, "{a} {b}");' for i, (a, b) in enumerate(rows))
    open('a.R', 'w').write(f'pdf("{out("r")}", title="{title}"); plot.new(); {texts} dev.off()')
    run('Rscript', 'a.R')

def cairo():
    run('pdftocairo', '-pdf', out('libreoffice'), out('cairo'))

def javascript():
    open('a.cjs', 'w').write(f'''const load = require('module').createRequire('{modules}/'), fs = require('fs'), rows = {json.dumps(rows)}, title = {json.dumps(title)}
const { '{ jsPDF }' } = load('jspdf'), PDFDocument = load('pdfkit')
const kit = new PDFDocument({'{ info: { Title: title } }'})
kit.pipe(fs.createWriteStream('{out('pdfkit')}'))
kit.font('{dejavu}').text({json.dumps(sentence)}, {'{ align: "justify" }'})
kit.file(Buffer.from({json.dumps(csv)}), {'{ name: "a.csv" }'})
kit.end()
const js = new jsPDF({'{ compress: true }'})
js.setProperties({'{ title }'})
rows.forEach(([a, b], i) => (js.text(a, 20, 20 + 10 * i), js.text(b, 80, 20 + 10 * i)))
fs.writeFileSync('{out('jspdf')}', Buffer.from(js.output('arraybuffer')))''')
    run('node', 'a.cjs')

for each in (reportlab, fpdf2, weasyprint, pymupdf, img2pdf, typst, matplotlib, groff, qpdf, pypdf, libreoffice, chromium, wkhtmltopdf, tex, ghostscript, tcpdf, fop, prawn, r, cairo, javascript):
    each()
