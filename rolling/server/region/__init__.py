"""What AWS keeps in one region: models, configurations, endpoints, tags and alarms.

Read it in this order: listing (pages of anything), tags, models, configs and images;
alarm_requests, alarm_rules and alarms; running_endpoint (one endpoint), injection (its
faults) and endpoints; region (all of these). Nothing here knows other regions or how time
passes; from the wire, region uses only the validation of a request's input.
"""
