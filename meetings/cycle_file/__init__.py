"""The file of a cycle: one readable TOML file in, the same file out.

`reading` reads and checks a file, `content` describes a cycle of the database in the same words, `writing`
writes it, `loading` brings a file into the database without undoing what people changed.
"""
