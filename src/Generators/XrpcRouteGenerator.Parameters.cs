using System.Globalization;
using Microsoft.CodeAnalysis;

namespace Generators;

/// <summary>
/// Reads the properties of a Params: every one that can be set is a parameter, in the order of
/// their declaration, which is the lexicon's.
/// </summary>
public sealed partial class XrpcRouteGenerator
{
    private const string IntegerAttribute = "PdsReadonly.Xrpc.XrpcIntegerAttribute";
    private const string BooleanAttribute = "PdsReadonly.Xrpc.XrpcBooleanAttribute";
    private const string CheckedType = "Atproto.Syntax.Utf8<T>";
    private const string CheckedListType = "PdsReadonly.Xrpc.Parameters.Utf8List<T>";
    private const string TextType = "System.ReadOnlySpan<byte>";
    private const long IntegerMax = (1L << 53) - 1;

    /// <summary>How a refusal calls each syntax.</summary>
    private static readonly Dictionary<string, string> s_formats = new()
    {
        ["Atproto.Syntax.Did"] = "DID",
        ["Atproto.Syntax.Handle"] = "handle",
        ["Atproto.Syntax.AtIdentifier"] = "AT identifier",
        ["Atproto.Syntax.Nsid"] = "NSID",
        ["Atproto.Syntax.RecordKey"] = "record key",
        ["Atproto.Syntax.Tid"] = "TID string",
        ["Atproto.Multiformats.Cid"] = "CID string",
    };

    private static ParameterModel[] ParseParams(INamedTypeSymbol type, List<Finding> findings) =>
        [.. type.GetMembers().OfType<IPropertySymbol>()
            .Where(property => property.SetMethod is not null && !property.IsStatic)
            .Select(property => ParseParameter(property, findings))
            .OfType<ParameterModel>()];

    private static ParameterModel? ParseParameter(IPropertySymbol property, List<Finding> findings)
    {
        var type = property.Type;
        bool nullable = type is INamedTypeSymbol
        {
            OriginalDefinition.SpecialType: SpecialType.System_Nullable_T,
        };
        if (nullable) type = ((INamedTypeSymbol)type).TypeArguments[0];

        var kind = KindOf(type, out string typeName, out string format);
        if (kind is null || (nullable && kind is not ParameterKind.Integer))
        {
            string given = property.Type.ToDisplayString();
            Add(findings, ParameterTypeUnsupported, property, property.Name, given);
            return null;
        }

        var integer = AttributeOf(property, IntegerAttribute);
        var boolean = AttributeOf(property, BooleanAttribute);
        if ((integer is not null && kind is not ParameterKind.Integer)
            || (boolean is not null && kind is not ParameterKind.Boolean))
        {
            Add(findings, AttributeMisplaced, property, property.Name);
        }

        var model = new ParameterModel(
            property.Name,
            Camel(property.Name),
            kind.Value,
            typeName,
            format,
            property.IsRequired,
            nullable,
            -IntegerMax,
            IntegerMax,
            null);
        return kind switch
        {
            ParameterKind.Integer => WithRange(model, property, integer, findings),
            ParameterKind.Boolean => WithDefault(model, property, boolean, findings),
            _ => model,
        };
    }

    private static ParameterKind? KindOf(ITypeSymbol type, out string typeName, out string format)
    {
        typeName = type.ToDisplayString();
        format = "";
        if (typeName == TextType) return ParameterKind.Text;
        if (type.SpecialType is SpecialType.System_Int32 or SpecialType.System_Int64)
        {
            return ParameterKind.Integer;
        }

        if (type.SpecialType is SpecialType.System_Boolean) return ParameterKind.Boolean;
        if (type is not INamedTypeSymbol { TypeArguments: { Length: 1 } arguments }) return null;
        if (!s_formats.TryGetValue(arguments[0].ToDisplayString(), out format)) return null;

        typeName = FullName(arguments[0]);
        return type.OriginalDefinition.ToDisplayString() switch
        {
            CheckedType => ParameterKind.Checked,
            CheckedListType => ParameterKind.CheckedList,
            _ => null,
        };
    }

    private static ParameterModel WithRange(
        ParameterModel model,
        IPropertySymbol property,
        AttributeData? attribute,
        List<Finding> findings)
    {
        bool isInt = model.TypeName == "int";
        long lowest = isInt ? int.MinValue : -IntegerMax;
        long highest = isInt ? int.MaxValue : IntegerMax;
        long minimum = lowest;
        long maximum = highest;
        long? preset = null;
        if (attribute is { ConstructorArguments: { Length: 2 } range })
        {
            minimum = range[0].Value is long from ? from : 0;
            maximum = range[1].Value is long to ? to : 0;
            preset = DefaultOf(attribute) as long?;
        }

        bool sound = minimum >= lowest && minimum <= maximum && maximum <= highest
            && (preset is null || (preset >= minimum && preset <= maximum));
        if (!sound) Add(findings, IntegerRangeWrong, property, property.Name);
        if (Count(model.Required, model.Nullable, preset is not null) != 1)
        {
            Add(findings, AbsenceUndefined, property, property.Name);
        }

        return model with
        {
            Minimum = minimum,
            Maximum = maximum,
            Default = preset?.ToString(CultureInfo.InvariantCulture),
        };
    }

    private static ParameterModel WithDefault(
        ParameterModel model,
        IPropertySymbol property,
        AttributeData? attribute,
        List<Finding> findings)
    {
        bool? preset = attribute is null ? null : DefaultOf(attribute) as bool?;
        if (model.Required && preset is not null)
        {
            Add(findings, AbsenceUndefined, property, property.Name);
        }

        return model with { Default = preset is true ? "true" : "false" };
    }

    private static int Count(params bool[] conditions) => conditions.Count(condition => condition);

    private static object? DefaultOf(AttributeData attribute) =>
        attribute.NamedArguments.FirstOrDefault(named => named.Key == "Default").Value.Value;

    private static AttributeData? AttributeOf(IPropertySymbol property, string name) =>
        property.GetAttributes()
            .FirstOrDefault(attribute => attribute.AttributeClass?.ToDisplayString() == name);
}
