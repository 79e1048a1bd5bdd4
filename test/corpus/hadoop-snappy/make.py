"""Writes what Spark 4.3.0 saves of a text with the codecs of Hadoop (here and in ../hadoop-lz4), and expected texts."""
import glob, hashlib, json, os, shutil, tempfile
from pyspark.sql import SparkSession
here = os.path.dirname(os.path.abspath(__file__))
spark = SparkSession.builder.master('local[1]').getOrCreate()
lines = [f'user {1111111111 + at} of {at % 7}, caf\u00e9, jane.doe@example.org' for at in range(6000)]
text = ''.join(line + '\n' for line in lines)
for name, codec in [('hadoop-snappy', 'SnappyCodec'), ('hadoop-lz4', 'Lz4Codec')]:
    scratch = os.path.join(tempfile.mkdtemp(), 'out')
    spark.sparkContext.parallelize(lines, 1).saveAsTextFile(scratch, 'org.apache.hadoop.io.compress.' + codec)
    [part] = glob.glob(scratch + '/part-*')
    shutil.copyfile(part, os.path.join(here, '..', name, 'spark.bin'))
    complete = {name: 'sha256:' + hashlib.sha256(text.encode()).hexdigest()}
    with open(os.path.join(here, '..', name, 'spark.json'), 'w') as out:
        json.dump({'madeBy': '../hadoop-snappy/make.py', 'complete': complete, 'gaps': []}, out, indent=1)
        out.write('\n')
