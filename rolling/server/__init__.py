"""A local SageMaker: its API, and CloudWatch's alarms, over simulated endpoints.

`rolling.core` and `rolling.endpoint` decide what an update does. This package keeps
endpoints, gives them a time, and speaks AWS's protocols. Read it in this order:
service (what an operation is) and timekeeping; region/ (what AWS keeps in one
region); cloud (all regions under one clock); wire/ (bytes in, bytes out);
control_calls (what only a tester can do) and steering (the same as methods);
clients and local_server (two ways to have a local SageMaker).
"""
