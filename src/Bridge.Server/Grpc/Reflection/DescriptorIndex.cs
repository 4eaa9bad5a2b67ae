using Google.Protobuf.Reflection;

namespace Bridge.Server.Grpc.Reflection;

/// <summary>The contract by name: files, everything that they declare, and extensions. Immutable.</summary>
internal sealed class DescriptorIndex
{
    private readonly Dictionary<string, FileDescriptor> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FileDescriptor> _symbols = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dictionary<int, FileDescriptor>> _extensions = new(StringComparer.Ordinal);

    /// <summary>Indexes the files that declare these services, and all that they import.</summary>
    public DescriptorIndex(IReadOnlyList<Google.Protobuf.Reflection.ServiceDescriptor> services)
    {
        Services = [.. services.Select(service => service.FullName)];
        foreach (var service in services)
        {
            Add(service.File);
        }
    }

    public IReadOnlyList<string> Services { get; }

    public FileDescriptor? FindFile(string name) => _files.GetValueOrDefault(name);

    public FileDescriptor? FindSymbol(string name) => _symbols.GetValueOrDefault(name);

    public FileDescriptor? FindExtension(string type, int number) => _extensions.GetValueOrDefault(type)?.GetValueOrDefault(number);

    /// <summary>The numbers of a message type's extensions; null if there is no such type.</summary>
    public IReadOnlyCollection<int>? FindExtensions(string type) => _extensions.GetValueOrDefault(type)?.Keys;

    /// <summary>A file and everything that it imports, each once, what is imported first.</summary>
    public static IReadOnlyList<FileDescriptor> WithImports(FileDescriptor file)
    {
        var files = new List<FileDescriptor>();
        Collect(file);
        return files;

        void Collect(FileDescriptor next)
        {
            if (!files.Contains(next))
            {
                foreach (var import in next.Dependencies)
                {
                    Collect(import);
                }

                files.Add(next);
            }
        }
    }

    private void Add(FileDescriptor root)
    {
        foreach (var file in WithImports(root).Where(file => _files.TryAdd(file.Name, file)))
        {
            foreach (var service in file.Services)
            {
                _symbols[service.FullName] = file;
                Declare(service.Methods, file);
            }

            Declare(file.EnumTypes, file);
            foreach (var message in file.MessageTypes)
            {
                Add(message, file);
            }

            Extend(file.Extensions, file);
        }
    }

    private void Add(MessageDescriptor message, FileDescriptor file)
    {
        _symbols[message.FullName] = file;
        _extensions.TryAdd(message.FullName, []);
        Declare(message.Fields.InDeclarationOrder(), file);
        Declare(message.Oneofs, file);
        Declare(message.EnumTypes, file);
        foreach (var nested in message.NestedTypes)
        {
            Add(nested, file);
        }

        Extend(message.Extensions, file);
    }

    private void Declare(IEnumerable<IDescriptor> declared, FileDescriptor file)
    {
        foreach (var descriptor in declared)
        {
            _symbols[descriptor.FullName] = file;
        }
    }

    private void Extend(ExtensionCollection extensions, FileDescriptor file)
    {
        foreach (var extension in extensions.UnorderedExtensions)
        {
            _symbols[extension.FullName] = file;
            if (!_extensions.TryGetValue(extension.ExtendeeType.FullName, out var numbers))
            {
                _extensions.Add(extension.ExtendeeType.FullName, numbers = []);
            }

            numbers[extension.FieldNumber] = file;
        }
    }
}
