"""A local SageMaker: its API, and CloudWatch's alarms, over simulated endpoints.

`rolling.core` and `rolling.endpoint` decide what an update does. This package stores
endpoints, keeps time, and speaks AWS's protocols. Read it in this order: service (the
form of an operation) and timekeeping; region/ (the state of one region); cloud (all
regions under one clock); wire/ (bytes in, bytes out); control_calls (calls for testers)
and steering (the same as methods); clients and local_server (two ways to run a local
SageMaker).
"""
