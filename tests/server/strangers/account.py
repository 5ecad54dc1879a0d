"""What a script makes before it updates an endpoint, by boto3 clients and nothing else."""

from typing import Any


def furnish(sagemaker: Any, cloudwatch: Any) -> None:
    """A model, two configurations of ten instances, an alarm that is OK, an endpoint created."""
    sagemaker.create_model(
        ModelName="model",
        PrimaryContainer={"Image": "model:1"},
        ExecutionRoleArn="arn:aws:iam::123456789012:role/model",
    )
    for name in ("config-1", "config-2"):
        sagemaker.create_endpoint_config(
            EndpointConfigName=name,
            ProductionVariants=[
                {
                    "VariantName": "AllTraffic",
                    "ModelName": "model",
                    "InstanceType": "ml.g5.2xlarge",
                    "InitialInstanceCount": 10,
                }
            ],
        )
    cloudwatch.put_metric_alarm(
        AlarmName="my-cw-alarm",
        Namespace="AWS/SageMaker",
        MetricName="Invocation5XXErrors",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1.0,
        ComparisonOperator="GreaterThanThreshold",
    )
    set_alarm(cloudwatch, "OK")
    sagemaker.create_endpoint(EndpointName="my-endpoint", EndpointConfigName="config-1")


def set_alarm(cloudwatch: Any, state: str) -> None:
    """Set the alarm as CloudWatch would."""
    cloudwatch.set_alarm_state(AlarmName="my-cw-alarm", StateValue=state, StateReason="test")


def pending(sagemaker: Any) -> dict[str, Any]:
    """The variant that is being deployed."""
    described = sagemaker.describe_endpoint(EndpointName="my-endpoint")
    return dict(described["PendingDeploymentSummary"]["ProductionVariants"][0])
