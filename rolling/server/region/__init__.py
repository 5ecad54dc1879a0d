"""What AWS keeps in one region: models, configurations, endpoints, tags and alarms.

Read it in this order: listing (pages of anything), tags, models, configs and images;
alarm_requests, alarm_rules and alarms; running (one endpoint), faults (what may be
done to it) and endpoints; region (all of these). Nothing here knows another region,
or what moves the time; of the wire, region uses what judges a request's input.
"""
