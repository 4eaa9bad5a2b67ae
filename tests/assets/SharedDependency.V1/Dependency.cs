namespace SharedDependency;

public static class Dependency
{
    public static string Version => "1";
}
