"""The manual's chapters, one file or more each: cNN.py or cNN_topic.py, caN_*.py for the appendices; CVX's own rules in
cvx_*.py. Every module of this folder is a part of the rulebook (underwriting.load): whoever adds a file adds its rules.
"""
