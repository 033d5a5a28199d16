using TUnit.Core.Interfaces;

namespace Testing;

/// <summary>
/// Tests of a class run one after another, classes beside each other. For suites whose tests wait
/// for servers and clocks, or share a fixture.
/// </summary>
[AttributeUsage(AttributeTargets.Assembly)]
public sealed class ClassByClassAttribute : Attribute, ITestDiscoveryEventReceiver
{
    public ValueTask OnTestDiscovered(DiscoveredTestContext context)
    {
        var details = context.TestDetails;
        if (!details.HasAttribute<NotInParallelAttribute>())
        {
            string[] keys = [details.ClassType.FullName!];
            context.AddParallelConstraint(new NotInParallelConstraint(keys));
        }

        return ValueTask.CompletedTask;
    }
}
