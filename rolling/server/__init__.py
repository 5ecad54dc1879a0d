"""A local SageMaker: its API, and CloudWatch's alarms, over simulated endpoints.

What an update does is decided by `rolling.core` and `rolling.endpoint`; here it
is kept, given a time, and spoken over AWS's wire. Read it in this order:
service (what an operation is) and timekeeping; region/ (what AWS keeps in one
region); cloud (all regions under one clock); wire/ (bytes in, bytes out);
control (what only a tester can do); clients and local_server (ways to have one).
"""
